// openid-client in the story.
import * as oidc from 'openid-client'
import { api, insecure, issuer } from './installation.mjs'
import { tell } from './story.mjs'
import { keepingFetch } from './transcript.mjs'

const methods = { basic: oidc.ClientSecretBasic, post: oidc.ClientSecretPost, none: oidc.None }

// configured is how the library begins: with a discovery, for one client.
function configured(who, method, algorithm) {
  const execute = insecure ? [oidc.allowInsecureRequests] : []
  return oidc.discovery(issuer, who.id, undefined, methods[method](who.secret), { algorithm, execute, [oidc.customFetch]: keepingFetch })
}

async function discover(algorithm) {
  return (await configured(api, 'basic', algorithm)).serverMetadata()
}

async function introspect(who, method, token, parameters) {
  return oidc.tokenIntrospection(await configured(who, method), token, parameters)
}

async function revoke(who, method, token, parameters) {
  return oidc.tokenRevocation(await configured(who, method), token, parameters)
}

async function refresh(who, method, token, parameters) {
  return oidc.refreshTokenGrant(await configured(who, method), token, parameters)
}

async function logout(token) {
  const config = await configured(api, 'basic')
  const response = await oidc.fetchProtectedResource(config, token, new URL(config.serverMetadata().logout_endpoint), 'POST')
  return response.status
}

await tell({ discover, introspect, revoke, refresh, logout })
