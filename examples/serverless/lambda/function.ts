import { createLambda } from 'anypod/lambda';
import { optionsOf } from '../environment.ts';

export const { streamed, buffered, worker } = createLambda(optionsOf(process.env));
