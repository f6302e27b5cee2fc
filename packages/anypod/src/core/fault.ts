/**
 * What a server's code did to the process that it shares with other sessions: it left a rejection unhandled, threw an exception that nothing caught,
 * called `process.exit()`, or blocked the event loop for a second or more.
 */
export type Fault = 'unhandled_rejection' | 'uncaught_exception' | 'process_exit' | 'blocked_loop';
