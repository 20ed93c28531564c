// The story that every client is put through; node_test.go says what each step has to give. A client is
//
//	discover(algorithm), introspect(who, method, token, parameters), revoke(the same),
//	refresh(who, method, token, parameters), logout(token)
//
// where the algorithm is 'oauth2' or 'oidc', who an id with a secret, and the method 'basic', 'post' or 'none'.
import { api, impostor, login, session } from './installation.mjs'
import { print, step } from './transcript.mjs'

export async function tell(client) {
  await step('discover, oauth2', () => client.discover('oauth2'))
  await step('discover, oidc', () => client.discover('oidc'))
  await ask(client)
  const [first, narrow, whole] = await refresh(client)
  await revoke(client, first, narrow)
  await logout(client, first, whole)
  print()
}

async function ask(client) {
  await step('active, basic', () => client.introspect(api, 'basic', session.access))
  await step('active, post', () => client.introspect(api, 'post', session.access))
  await step('active, wrong hint', () => client.introspect(api, 'basic', session.access, { token_type_hint: 'refresh_token' }))
  await step('active, empty hint', () => client.introspect(api, 'basic', session.access, { token_type_hint: '' }))
  await step('inactive, junk', () => client.introspect(api, 'basic', 'junk'))
  await step('wrong secret, basic', () => client.introspect(impostor, 'basic', session.access))
  await step('wrong secret, post', () => client.introspect(impostor, 'post', session.access))
  await step('no secret', () => client.introspect(api, 'none', session.access))
  await step('no right to ask', () => client.introspect(login, 'basic', session.access))
}

async function refresh(client) {
  const first = await step('refresh', () => client.refresh(login, 'basic', session.refresh))
  await step('refresh, answer lost', () => client.refresh(login, 'post', session.refresh))
  const narrow = await step('refresh, narrower', () => client.refresh(login, 'basic', first.refresh_token, { scope: 'orders:read' }))
  await step('active, narrower', () => client.introspect(api, 'basic', narrow.access_token))
  await step('refresh, wider', () => client.refresh(login, 'basic', narrow.refresh_token, { scope: 'billing:read' }))
  const whole = await step('refresh, whole', () => client.refresh(login, 'post', narrow.refresh_token))
  return [first, narrow, whole]
}

async function revoke(client, kept, token) {
  await step('revoke, wrong secret', () => client.revoke(impostor, 'basic', kept.access_token))
  await step('revoke, not its own', () => client.revoke(api, 'basic', kept.access_token))
  await step('revoke', () => client.revoke(login, 'basic', token.access_token))
  await step('revoke, again', () => client.revoke(login, 'post', token.access_token, { token_type_hint: 'refresh_token' }))
  await step('revoke, junk', () => client.revoke(login, 'basic', 'junk'))
  await step('inactive, revoked', () => client.introspect(api, 'basic', token.access_token))
  await step('active, not revoked', () => client.introspect(api, 'basic', kept.access_token))
}

async function logout(client, held, last) {
  await step('logout', () => client.logout(held.access_token))
  await step('inactive, logged out', () => client.introspect(api, 'basic', held.access_token))
  await step('inactive, older token', () => client.introspect(api, 'post', session.access))
  await step('inactive, newer token', () => client.introspect(api, 'basic', last.access_token))
  await step('logout, again', () => client.logout(held.access_token))
  await step('refresh, logged out', () => client.refresh(login, 'basic', last.refresh_token))
}
