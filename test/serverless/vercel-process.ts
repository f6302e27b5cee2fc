/** The function of examples/serverless/vercel in a process of its own, which prints its port. */
import { deployWeb } from '../library/functions.ts';

type Methods = Readonly<Record<string, (request: Request) => Promise<Response>>>;

const methods: Methods = await import('../../examples/serverless/vercel/api/mcp.ts');
const { url } = await deployWeb(
  async (request) => methods[request.method]?.(request) ?? new Response(null, { status: 405 }),
);
process.stdout.write(`port ${url.port}\n`);
