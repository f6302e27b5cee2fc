/** The event of an HTTP API or a function URL (payload format 2.0), or of a REST API (1.0): what anypod reads of it. */
export interface HttpEvent {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean;
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly httpMethod?: string;
  readonly path?: string;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly requestContext?: {
    readonly domainName?: string | undefined;
    readonly http?: { readonly method: string };
  };
}

/** Whether the event comes from a function URL, which has no time limit of its own. */
export function isFunctionUrl({ requestContext }: HttpEvent): boolean {
  return requestContext?.domainName?.includes('.lambda-url.') === true;
}

export function requestOf(event: HttpEvent): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers ?? {})) if (value !== undefined) headers.set(name, value);
  for (const [name, values = []] of Object.entries(event.multiValueHeaders ?? {})) headers.set(name, values.join(', '));
  const method = event.requestContext?.http?.method ?? event.httpMethod ?? 'GET';
  const host = headers.get('host') ?? event.requestContext?.domainName ?? 'localhost';
  const url = `https://${host}${event.rawPath ?? event.path ?? '/'}${queryOf(event)}`;
  const { body } = event;
  if (!body || method === 'GET' || method === 'HEAD') return new Request(url, { method, headers });
  return new Request(url, { method, headers, body: event.isBase64Encoded ? Buffer.from(body, 'base64') : body });
}

function queryOf({ rawQueryString, multiValueQueryStringParameters }: HttpEvent): string {
  const query = new URLSearchParams();
  for (const [name, values = []] of Object.entries(multiValueQueryStringParameters ?? {})) {
    for (const value of values) query.append(name, value);
  }
  const text = rawQueryString ?? query.toString();
  return text === '' ? '' : `?${text}`;
}
