import { connect, type Socket } from 'node:net';
import { fail, ok, type Result } from '../record/diagnostic.ts';
import { errorCode } from './proxy-failure.ts';

/** A connection over TCP. Fails with the code of the operating system; ETIMEDOUT after `timeout` ms without an answer. */
export function connectTo(host: string, port: number, timeout: number): Promise<Result<Socket, string>> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    const give = (code: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(fail(code));
    };
    const timer = setTimeout(() => give('ETIMEDOUT'), timeout);
    const failed = (error: Error) => give(errorCode(error));
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(ok(socket));
    });
  });
}
