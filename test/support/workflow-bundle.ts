import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { projectRoot } from '../../core/paths.js';

type WebpackConfig = Parameters<NonNullable<Parameters<typeof bundleWorkflowCode>[0]['webpackConfigHook']>>[0];

/** Imports say `.js`, the files beside the tests are `.ts`. */
function resolveTypeScript(config: WebpackConfig): WebpackConfig {
  return { ...config, resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.js'] } } };
}

/** Bundles workflow code as a worker would, straight from the sources. @param entry file with the workflows */
export function bundleWorkflows(entry: string): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: entry,
    logger: new DefaultLogger('ERROR'),
    webpackConfigHook: resolveTypeScript,
  });
}

/** Bundle of today's workflows; made once for a state of the sources and kept where tools keep their caches. */
export async function workflowBundle(): Promise<{ readonly codePath: string }> {
  const folder = join(projectRoot(), 'node_modules', '.cache');
  const codePath = join(folder, `phoenix-workflows-${hashOf(['workflows', 'core', 'domain'])}.js`);
  if (!existsSync(codePath)) {
    mkdirSync(folder, { recursive: true });
    const { code } = await bundleWorkflows(join(projectRoot(), 'workflows', 'index.ts'));
    const draft = `${codePath}.${process.pid}`;
    writeFileSync(draft, code);
    renameSync(draft, codePath);
  }
  return { codePath };
}

function hashOf(folders: readonly string[]): string {
  // The source map names files by their whole path, so the place of the project is a part of its state.
  const hash = createHash('sha256')
    .update(projectRoot())
    .update(readFileSync(join(projectRoot(), 'package-lock.json')));
  for (const folder of folders) {
    const files = readdirSync(join(projectRoot(), folder), { recursive: true, encoding: 'utf8' }).sort();
    for (const file of files.filter((name) => name.endsWith('.ts')))
      hash.update(file).update(readFileSync(join(projectRoot(), folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** What a bundle is made of, read from the source map at its end. */
export interface BundledModules {
  /** Files of this project, by their path from its root. */
  readonly own: readonly string[];
  readonly packages: readonly string[];
}

export function bundledModules(code: string): BundledModules {
  const map = /sourceMappingURL=data:application\/json;[^,]*,([A-Za-z0-9+/=]+)/.exec(code)?.[1];
  if (map === undefined) throw new Error('the bundle has no source map');
  const { sources }: { readonly sources: readonly string[] } = JSON.parse(Buffer.from(map, 'base64').toString('utf8'));
  const root = `${projectRoot()}/`;
  const packages = sources.flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1] ?? [],
  );
  return {
    own: sources
      .filter((path) => path.startsWith(root) && path.endsWith('.ts') && !path.includes('/node_modules/'))
      .map((path) => path.slice(root.length)),
    packages: [...new Set(packages)],
  };
}
