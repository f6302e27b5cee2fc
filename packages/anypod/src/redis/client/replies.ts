/** What error replies of Redis 7, Redis 8 and Valkey mean. Their words differ, and inside of a script they differ once more. */

const COMMAND =
  /^NOPERM.*\brun the '|^ERR (?:The user executing the script can't run|ACL failure in script: .*\brun the ')/i;
const KEY =
  /^NOPERM.*\baccess (?:one of the keys|a key)|^ERR (?:The user executing the script can't access|ACL failure in script: .*\baccess (?:one of the keys|a key))/i;
/** The server refuses the connection: too many others, a wrong user or password, protected mode, or a database that it does not have. */
const CONNECTION =
  /max number of clients|^(?:WRONGPASS|NOAUTH|DENIED)\b|DB index is out of range|SELECT is not allowed in cluster mode/;

/** Whether `error` is an error reply of a server. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The user may not run the command. */
export function refusedCommand({ message }: Error): boolean {
  return COMMAND.test(message);
}

/** The user may not use the key. */
export function refusedKey({ message }: Error): boolean {
  return KEY.test(message);
}

/** The server does not know the command, because it is too old or the command has another name there. */
export function isUnknownCommand({ message }: Error): boolean {
  return /^ERR unknown (?:redis )?command/i.test(message);
}

/** The server does not serve this connection at all, so no command reached its data. */
export function refusedConnection({ message }: Error): boolean {
  return CONNECTION.test(message);
}

/** The command names keys of several slots, and the server keeps slots apart. A proxy in front of a Cluster does so too. */
export function crossesSlots({ message }: Error): boolean {
  return /^CROSSSLOT\b/.test(message);
}
