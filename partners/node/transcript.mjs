// What a script prints: the answers that the server gave, and what the client made of each.

const answers = []
const said = {}
let current

// keepingFetch is what the clients are given as their fetch, a setting that both have. They read the server's own answer.
export async function keepingFetch(url, options) {
  const response = await fetch(url, options)
  const headers = {}
  for (const name of ['content-type', 'cache-control', 'www-authenticate']) {
    if (response.headers.has(name)) headers[name] = response.headers.get(name)
  }
  const body = await response.clone().text()
  answers.push({ step: current, method: options.method, path: new URL(url).pathname, status: response.status, headers, body })
  return response
}

// step runs one and keeps what came of it: a value, or the error that the client threw.
export async function step(name, run) {
  if (name in said) throw new Error(`two steps are called ${name}`)
  current = name
  try {
    const value = await run()
    said[name] = { value: value ?? null }
    return value
  } catch (err) {
    said[name] = { error: described(err) }
    return {} // later steps fail by themselves, and each says so
  }
}

function described(err) {
  const challenges = Array.isArray(err.cause) ? err.cause : []
  return {
    message: [err, err.cause].filter((e) => e instanceof Error).join(', because '),
    status: err.status ?? 0,
    code: err.error ?? '',
    schemes: challenges.map((challenge) => challenge.scheme),
  }
}

export function print() {
  process.stdout.write(JSON.stringify({ said, answers }))
}
