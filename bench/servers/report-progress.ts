interface Progress {
  method: 'notifications/progress';
  params: { progressToken: string | number; progress: number };
}

interface Meta {
  readonly progressToken?: string | number;
}

/** What a tool's second argument holds, in SDK v1 or in v2. */
export interface Context {
  readonly _meta?: Meta;
  readonly sendNotification?: (notification: Progress) => Promise<void>;
  readonly mcpReq?: { readonly _meta?: Meta; readonly notify: (notification: Progress) => Promise<void> };
}

/** Reports progress once, where the caller asked for it. */
export async function reportProgress({ _meta, sendNotification, mcpReq }: Context): Promise<void> {
  const progressToken = (mcpReq?._meta ?? _meta)?.progressToken;
  if (progressToken === undefined) return;
  const notification: Progress = { method: 'notifications/progress', params: { progressToken, progress: 1 } };
  await (mcpReq === undefined ? sendNotification?.(notification) : mcpReq.notify(notification));
}
