import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

/**
 * A stream in the shape of a `net.Socket` that has yet to connect: for drivers that want a socket, and for those that are
 * handed one and connect it themselves. `open` gives the stream, or rejects with why there is none.
 */
export class LateSocket extends Socket {
  readonly #open: (host: string, port: number) => Promise<Duplex>;
  #inner: Duplex | null = null;

  constructor(open: (host: string, port: number) => Promise<Duplex>) {
    super();
    this.#open = open;
    // TLS on top of it takes a socket without a handle for one that is still connecting.
    this.on('newListener', (event) => {
      if (event === 'connect' && this.#inner) process.nextTick(() => this.emit('connect'));
    });
  }

  /** One whose stream is there already. */
  static over(inner: Duplex): LateSocket {
    const socket = new LateSocket(async () => inner);
    socket.#take(inner);
    return socket;
  }

  override connect(port: unknown, host?: unknown): this {
    this.#open(String(host), Number(port)).then(
      (inner) => {
        this.#take(inner);
        this.emit('connect');
      },
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error('not opened')),
    );
    return this;
  }

  #take(inner: Duplex): void {
    if (this.destroyed) {
      inner.destroy();
      return;
    }
    this.#inner = inner;
    inner.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) inner.pause();
    });
    inner.on('end', () => this.push(null));
    inner.on('error', (error: Error) => this.destroy(error));
    // What is buffered here is still to be read after a proper end.
    inner.on('close', () => {
      if (!inner.readableEnded) this.destroy();
    });
    inner.resume();
  }

  override _read(): void {
    this.#inner?.resume();
  }

  override _write(chunk: Uint8Array, _: BufferEncoding, done: Done): void {
    if (this.#inner) this.#inner.write(chunk, done);
    else done(new Error('not connected'));
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: Done): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => Buffer.from(chunk))), 'utf8', done);
  }

  override _final(done: Done): void {
    if (this.#inner) this.#inner.end(done);
    else done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#inner?.destroy();
    done(error);
    // A `net.Socket` tells of its end by itself.
    process.nextTick(() => this.emit('close', error !== null));
  }

  override setNoDelay(): this {
    return this;
  }

  override setKeepAlive(): this {
    return this;
  }

  override ref(): this {
    return this;
  }

  override unref(): this {
    return this;
  }
}
