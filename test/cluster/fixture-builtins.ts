import { McpServer } from '@modelcontextprotocol/server';

/** Prints which of its own modules Node has loaded when the pod asks for a server. */
export default () => {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  console.log(`loaded: ${moduleLoadList.join()}`);
  return new McpServer({ name: 'builtins', version: '1.0.0' });
};
