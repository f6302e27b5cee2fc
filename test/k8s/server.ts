/** What users write: a module beside `FROM anypod`. */
export { default } from '../chaos/fixture.ts';
