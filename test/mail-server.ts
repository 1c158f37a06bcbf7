import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail server on loopback, and what it took. */
export interface MailWorld {
  port: number;
  /** Messages that were taken whole, as they came. */
  messages: string[];
  /** Commands of the dialogue, as far as the server is asked about them. */
  heard: string[];
  close(): Promise<void>;
}

/** Knows these people, and, where a password is given, takes mail from whoever has it. */
export async function openMailServer(
  known: readonly string[],
  { password = null, sender = null }: { password?: string | null; sender?: string | null } = {},
  more: SMTPServerOptions = {},
): Promise<MailWorld> {
  const messages: string[] = [];
  const heard: string[] = [];
  const server = new SMTPServer({
    authOptional: password === null,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth({ password: given }, _, done) {
      heard.push('AUTH');
      if (given === password) done(null, { user: 'dovetail' });
      else done(refusal(535));
    },
    onMailFrom({ address }, _, done) {
      heard.push(`MAIL ${address}`);
      done(sender === null || sender === address ? null : refusal(550));
    },
    onRcptTo({ address }, _, done) {
      heard.push(`RCPT ${address}`);
      done(known.includes(address) ? null : refusal(550));
    },
    onData(stream, _, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        messages.push(Buffer.concat(parts).toString('utf8'));
        done();
      });
    },
    ...more,
  });
  server.on('error', () => undefined);
  const port = await new Promise<number>((resolve) => {
    const listener = server.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  return { port, messages, heard, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

const refusal = (responseCode: number) => Object.assign(new Error('no'), { responseCode });
