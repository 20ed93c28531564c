// oauth4webapi as an API that verifies internal JWTs: it finds the keys by the issuer, and says what it made of one token.
import * as oauth from 'oauth4webapi'

const { ISSUER, TOKEN, AUDIENCE, SIGNING_ALG } = process.env
const issuer = new URL(ISSUER)
const options = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:', signingAlgorithms: [SIGNING_ALG] }

// Outside of the try: a discovery that fails is no answer about a token.
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...options }))
const request = new Request('http://orders.invalid/', { headers: { authorization: `Bearer ${TOKEN}` } })
let said
try {
  said = { claims: await oauth.validateJwtAccessToken(server, request, AUDIENCE, options) }
} catch (err) {
  if (!(err instanceof oauth.OperationProcessingError)) throw err
  said = { error: err.message }
}
process.stdout.write(JSON.stringify(said))
