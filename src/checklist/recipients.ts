import type { RecipientAnswer } from '../platform/mail.ts';
import type { Platform } from '../platform/platform.ts';

/** Whether a recipient of error messages is a web service, such as a channel of a chat. */
export const isService = (recipient: string): boolean => /^https?:\/\//i.test(recipient);

/** A recipient as it may be shown: whoever knows the address of a web service can write there. */
export const shownRecipient = (recipient: string): string =>
  isService(recipient)
    ? `a web service at ${URL.canParse(recipient) ? new URL(recipient).host : 'no address'}`
    : recipient;

const TIMEOUT_MS = 10_000;

/** Whether web services answer at all; whether they take messages shows only by one. */
export const reachServices = (services: readonly string[], platform: Platform): Promise<RecipientAnswer[]> =>
  Promise.all(
    services.map(async (url) => {
      const result = await platform.http.request({ method: 'GET', url, headers: HEADERS, timeout: TIMEOUT_MS });
      const code = result.ok ? result.value.status : null;
      return { address: shownRecipient(url), accepted: code !== null && code < 500, code };
    }),
  );

/** Sends a message to web services, as chats take it. */
export const postToServices = (
  services: readonly string[],
  text: string,
  platform: Platform,
): Promise<RecipientAnswer[]> =>
  Promise.all(
    services.map(async (url) => {
      const headers = { ...HEADERS, 'content-type': 'application/json' };
      const body = JSON.stringify({ text });
      const result = await platform.http.request({ method: 'POST', url, headers, body, timeout: TIMEOUT_MS });
      const code = result.ok ? result.value.status : null;
      return { address: shownRecipient(url), accepted: code !== null && code >= 200 && code < 300, code };
    }),
  );

const HEADERS = { accept: '*/*', 'user-agent': 'dovetail' };
