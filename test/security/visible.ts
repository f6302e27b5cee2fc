/** What a client can see of an answer. `id` is what it has asked about: an answer may repeat it. */
export async function visible(response: Response, id?: string): Promise<object> {
  const headers = Object.fromEntries(response.headers);
  delete headers['date'];
  const body = await response.text();
  // An answer that repeats the id has its length.
  if (id !== undefined && body.includes(id)) delete headers['content-length'];
  return { status: response.status, headers, body: id === undefined ? body : body.replaceAll(id, '(the id)') };
}
