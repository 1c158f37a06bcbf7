import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { undiciHttp } from './http-undici.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function client(options = {}) {
  const http = undiciHttp(options);
  closing.push(() => http.close());
  return http;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const host = await listen(server);
  closing.push(async () => server.closeAllConnections());
  return `http://${host}`;
}

const ask = (url: string, timeout = 5000) => ({
  method: 'POST',
  url,
  headers: { 'x-a': 'b' },
  body: '{"secret":1}',
  timeout,
});

describe('undiciHttp', () => {
  it('sends method, path, headers and body, and gives status, headers and body back', async () => {
    const url = await serving((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.setHeader('X-Two', ['1', '2']);
        response.end(`\ufeff${request.method} ${request.url} ${request.headers['x-a']} ${body} ü`);
      });
    });
    const result = await client().request(ask(`${url}/a?b=c`));
    expect(result).toMatchObject({
      ok: true,
      value: { status: 200, body: 'POST /a?b=c b {"secret":1} ü', headers: { 'x-two': '1, 2' } },
    });
  });

  it('says that nothing was sent when the server refuses', async () => {
    const url = await serving(() => {});
    for (const close of closing.splice(0).reverse()) await close();
    expect(await client().request(ask(`${url}/a`))).toMatchObject({
      ok: false,
      error: { kind: 'refused', sent: 'no' },
    });
  });

  it('says that nothing was sent when the name is unknown', async () => {
    expect(await client().request(ask('http://no-such-host.invalid/a'))).toMatchObject({
      ok: false,
      error: { kind: 'dns', sent: 'no' },
    });
  });

  it('says that nothing was sent when TLS fails', async () => {
    const host = await listen(createTcpServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await client().request(ask(`https://${host}/a`))).toMatchObject({
      ok: false,
      error: { kind: 'tls', sent: 'no' },
    });
  });

  it('says that it may have been received when the connection breaks', async () => {
    const url = await serving((request) => request.socket.destroy());
    const result = await client().request(ask(`${url}/customers?email=a`));
    expect(result).toMatchObject({ ok: false, error: { kind: 'dropped', sent: 'maybe' } });
    expect(JSON.stringify(result)).not.toMatch(/customers|email|secret/);
  });

  it('breaks off an answer that is cut', async () => {
    const url = await serving((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => request.socket.destroy());
    });
    expect(await client().request(ask(url))).toMatchObject({ ok: false, error: { kind: 'dropped', sent: 'maybe' } });
  });

  it('times out while waiting for headers or for the rest of a body', async () => {
    const silent = await serving(() => {});
    expect(await client().request(ask(silent, 50))).toMatchObject({
      ok: false,
      error: { kind: 'timeout', sent: 'maybe' },
    });
    const slow = await serving((_, response) => response.write('a'));
    expect(await client().request(ask(slow, 50))).toMatchObject({
      ok: false,
      error: { kind: 'timeout', sent: 'maybe' },
    });
  });

  it('has not sent what still waited for a connection', async () => {
    const url = await serving(() => {});
    const http = client({ connections: 1 });
    const first = http.request(ask(url, 80));
    expect(await http.request(ask(url, 40))).toMatchObject({ ok: false, error: { kind: 'timeout', sent: 'no' } });
    await first;
  });

  it('reads no more than its bound', async () => {
    const url = await serving((_, response) => response.end('x'.repeat(2000)));
    expect(await client({ maxBodyBytes: 1000 }).request(ask(url))).toMatchObject({
      ok: false,
      error: { kind: 'too-large' },
    });
  });

  it('stops when told to', async () => {
    const url = await serving(() => {});
    const stop = new AbortController();
    const asked = client().request({ ...ask(url), signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(await asked).toMatchObject({ ok: false, error: { kind: 'aborted' } });
    expect(await client().request({ ...ask(url), signal: stop.signal })).toMatchObject({
      ok: false,
      error: { kind: 'aborted', sent: 'no' },
    });
  });

  it('refuses what is no request, without throwing', async () => {
    const http = client();
    expect(await http.request({ ...ask('nonsense'), method: 'GET' })).toMatchObject({
      ok: false,
      error: { sent: 'no' },
    });
    const url = await serving(() => {});
    expect(await http.request({ ...ask(url), headers: { 'x-a': 'a\r\nb: c' } })).toMatchObject({
      ok: false,
      error: { sent: 'no' },
    });
  });
});
