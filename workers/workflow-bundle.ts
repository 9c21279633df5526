import { join } from 'node:path';
import { projectRoot } from '../core/paths.js';

/** Where the build leaves the workflow code and workers read it. */
export function workflowBundlePath(): string {
  return join(projectRoot(), 'dist', 'workflow-bundle.js');
}
