// An RFC 7662 server to be measured beside introspectd: npm oidc-provider with opaque access tokens, on a loopback address.
//
//   node server.mjs --port 4000 --tokens 1000 --out tokens.txt [--store memory|files]
//
// It issues the tokens to itself, writes them to a file, one a line, and answers POST /token/introspection for the client "bench", whose secret is in
// the variable PEER_SECRET. With --store memory (the default) everything is kept in this process: what the server can do when all is remembered.
// With --store files each question reads the token's file: nothing is remembered. It ends with SIGINT or SIGTERM, and keeps nothing.

import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import Provider from 'oidc-provider';

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '4000' },
    tokens: { type: 'string', default: '1000' },
    out: { type: 'string', default: 'tokens.txt' },
    store: { type: 'string', default: 'memory' },
  },
});
const count = Number(flags.tokens);
const secret = process.env.PEER_SECRET;
if (!secret || !Number.isInteger(count) || count < 1 || count > 100000 || !['memory', 'files'].includes(flags.store)) {
  console.error('usage: PEER_SECRET=... node server.mjs [--port 4000] [--tokens 1..100000] [--out FILE] [--store memory|files]');
  process.exit(2);
}

const remembered = new Map();

class Memory {
  constructor(model) { this.model = model; }
  async upsert(id, payload) { remembered.set(`${this.model}:${id}`, payload); }
  async find(id) { return remembered.get(`${this.model}:${id}`); }
  async findByUid() { return undefined; }
  async findByUserCode() { return undefined; }
  async destroy(id) { remembered.delete(`${this.model}:${id}`); }
  async consume() {}
  async revokeByGrantId() {}
}

const folder = flags.store === 'files' ? await mkdtemp(join(tmpdir(), 'peer-')) : undefined;

// Ids are random and of letters, digits, - and _ only; names of files are made of nothing else.
const file = (model, id) => join(folder, `${model}-${Buffer.from(id).toString('hex')}`);

class Files extends Memory {
  async upsert(id, payload) { await writeFile(file(this.model, id), JSON.stringify(payload)); }
  async find(id) {
    try {
      return JSON.parse(await readFile(file(this.model, id), 'utf8'));
    } catch (error) {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }
  }
  async destroy(id) { await rm(file(this.model, id), { force: true }); }
}

const provider = new Provider(`http://127.0.0.1:${flags.port}`, {
  adapter: folder ? Files : Memory,
  clients: [{
    client_id: 'bench', client_secret: secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    token_endpoint_auth_method: 'client_secret_basic',
  }],
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
  },
  scopes: ['orders:read'],
  ttl: { ClientCredentials: 12 * 3600 },
});

const client = await provider.Client.find('bench');
const tokens = [];
for (let i = 0; i < count; i += 1) {
  tokens.push(await new provider.ClientCredentials({ client, scope: 'orders:read' }).save());
}
await writeFile(flags.out, `${tokens.join('\n')}\n`, { mode: 0o600 });

const server = provider.listen(Number(flags.port), '127.0.0.1', () => {
  console.error(`ready on http://127.0.0.1:${flags.port}/token/introspection, store ${flags.store}, ${count} tokens in ${flags.out}`);
});
server.on('error', (error) => {
  console.error(`cannot listen: ${error.message}`);
  process.exit(1);
});

const end = async () => {
  server.close();
  server.closeAllConnections();
  if (folder) await rm(folder, { recursive: true, force: true });
  process.exit(0);
};
process.on('SIGINT', end);
process.on('SIGTERM', end);
