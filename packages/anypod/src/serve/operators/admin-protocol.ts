/** A header of every answer of an admin port, by which the commands know that they ask one. */
export const ADMIN_HEADER = 'anypod-admin';

/** How many sessions a list has at most. */
export const MOST_SESSIONS = 99_999;
