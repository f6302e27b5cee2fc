/** Makes and checks short message authentication codes with the deployment's secrets, so that a pod can check ids without the store. */
export interface Signer {
  /** The code of `text` for `purpose`, made with the first secret: 22 characters of base64url (128 bits). */
  sign(purpose: string, text: string): string;
  /** Whether one of the secrets makes this code. Takes the same time wherever the codes differ. */
  verify(purpose: string, text: string, code: string): boolean;
}

/** 128 random bits as 22 characters of base64url. */
export type RandomId = () => string;
