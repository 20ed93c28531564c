// The installation that a script is to talk to. It comes by the environment, from the Go test that started the script.

const env = process.env
export const issuer = new URL(env.ISSUER)
export const api = { id: env.API_ID, secret: env.API_SECRET }
export const login = { id: env.LOGIN_ID, secret: env.LOGIN_SECRET }
export const impostor = { id: env.API_ID, secret: env.OTHER_SECRET }
export const session = { access: env.ACCESS_TOKEN, refresh: env.REFRESH_TOKEN }

// Only plain HTTP on loopback needs to be allowed; over TLS the clients run as they come.
export const insecure = issuer.protocol === 'http:'
