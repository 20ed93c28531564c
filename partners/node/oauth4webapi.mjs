// oauth4webapi in the story.
import * as oauth from 'oauth4webapi'
import { insecure, issuer } from './installation.mjs'
import { tell } from './story.mjs'
import { keepingFetch } from './transcript.mjs'

const options = { [oauth.customFetch]: keepingFetch, [oauth.allowInsecureRequests]: insecure }
const methods = { basic: oauth.ClientSecretBasic, post: oauth.ClientSecretPost, none: oauth.None }
let server

async function discover(algorithm) {
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...options }))
  return server
}

async function introspect(who, method, token, additionalParameters) {
  const client = { client_id: who.id }
  const response = await oauth.introspectionRequest(server, client, methods[method](who.secret), token, { additionalParameters, ...options })
  return oauth.processIntrospectionResponse(server, client, response)
}

async function revoke(who, method, token, additionalParameters) {
  const client = { client_id: who.id }
  return oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, methods[method](who.secret), token, { additionalParameters, ...options }),
  )
}

async function refresh(who, method, token, additionalParameters) {
  const client = { client_id: who.id }
  const response = await oauth.refreshTokenGrantRequest(server, client, methods[method](who.secret), token, { additionalParameters, ...options })
  return oauth.processRefreshTokenResponse(server, client, response)
}

async function logout(token) {
  const response = await oauth.protectedResourceRequest(token, 'POST', new URL(server.logout_endpoint), undefined, undefined, options)
  return response.status
}

await tell({ discover, introspect, revoke, refresh, logout })
