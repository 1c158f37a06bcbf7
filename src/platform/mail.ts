/** A server that takes mail to be sent (RFC 6409), with its credentials. */
export interface MailServer {
  host: string;
  port: number;
  /** `tls` from the first byte, `starttls` before anything is told, `none` for servers of one's own machine or network. */
  security: 'tls' | 'starttls' | 'none';
  /** Null where it asks for none. */
  user: string | null;
  password: string | null;
  /** The address that messages come from. */
  from: string;
}

/** What the server says to one recipient. */
export interface RecipientAnswer {
  address: string;
  accepted: boolean;
  /** The reply code of SMTP, such as 250 or 550. */
  code: number | null;
}

export interface MailMessage {
  subject: string;
  text: string;
}
