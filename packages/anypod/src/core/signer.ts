/** Makes and checks short message authentication codes with the deployment's secrets, so that ids can be judged without the store. */
export interface Signer {
  /** The code of `text` for `purpose`, by the first secret: 22 characters of base64url (128 bits). */
  sign(purpose: string, text: string): string;
  /** Whether any of the secrets gives this code; takes the same time wherever they differ. */
  verify(purpose: string, text: string, code: string): boolean;
}

/** 128 random bits as 22 characters of base64url. */
export type RandomId = () => string;
