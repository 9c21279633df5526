import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { sourceTaskQueue, TASK_QUEUES } from '../../../core/ids.js';
import { projectRoot } from '../../../core/paths.js';
import { loadMonitoring } from '../../../core/product-settings.js';
import { DATABASE_OF, NAMESPACE_OF, SOURCE_NAMES } from '../../../core/schemas/names.js';
import { DEPLOYMENT_VARIABLES, SETTINGS } from '../../../core/settings-table.js';
import { SEARCH_ATTRIBUTES } from '../../../stack/temporal-ready.js';

const dependency = z.object({
  condition: z.enum(['service_healthy', 'service_completed_successfully', 'service_started']),
});
const service = z.looseObject({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  depends_on: z.record(z.string(), dependency).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  restart: z.string(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  deploy: z.object({ resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string() }) }) }),
});
const composeFile = z.looseObject({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.looseObject({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

const read = (name: string) => readFileSync(join(projectRoot(), name), 'utf8');
const text = read('docker-compose.temporal.yml');
const compose = composeFile.parse(parse(text, { merge: true }));
const services = Object.entries(compose.services);
const serviceOf = (name: string) => {
  const found = compose.services[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
};

/** Names that end by themselves; everything else must be watched. */
const ONE_SHOT = ['temporal-schema', 'temporal-setup', 'mongodb-setup', 'ollama-model', 'schedules'];

/** Variables that the images document, by image (docs/decisions/compose-not-run-here.md says where). */
const IMAGE_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  postgres: ['POSTGRES_USER', 'POSTGRES_PASSWORD_FILE'],
  mongo: ['MONGO_INITDB_ROOT_USERNAME', 'MONGO_INITDB_ROOT_PASSWORD_FILE'],
  'temporalio/server': [
    'DB',
    'DB_PORT',
    'POSTGRES_SEEDS',
    'POSTGRES_USER',
    'BIND_ON_IP',
    'NUM_HISTORY_SHARDS',
    'LOG_LEVEL',
    'DYNAMIC_CONFIG_FILE_PATH',
  ],
  'temporalio/ui': ['TEMPORAL_ADDRESS', 'TEMPORAL_UI_PORT', 'TEMPORAL_DEFAULT_NAMESPACE', 'TEMPORAL_CORS_ORIGINS'],
  'ollama/ollama': ['OLLAMA_HOST', 'OLLAMA_KEEP_ALIVE', 'OLLAMA_NUM_PARALLEL', 'OLLAMA_MAX_LOADED_MODELS'],
};
const OURS = Object.values(SETTINGS).map(({ variable }) => variable);
const OUR_SECRETS = Object.values<{ variable: string; secret?: true }>(SETTINGS)
  .filter(({ secret }) => secret)
  .map(({ variable }) => `${variable}_FILE`);

const [imageName, imageTag] = [(image: string) => image.split(':')[0] ?? '', (image: string) => image.split(':')[1]];

/** True when a service may be given this variable: documented by its image, ours, or read by the script it runs. */
function isKnownVariable(name: string, { image, build, entrypoint = [] }: z.infer<typeof service>): boolean {
  if (build) return OURS.includes(name) || OUR_SECRETS.includes(name);
  const script = entrypoint.find((part) => /^\/deploy\/.+\.(sh|js)$/.test(part));
  const reads = [...entrypoint, script ? read(`deploy/${folderOf(image)}/${script.slice('/deploy/'.length)}`) : ''];
  return (IMAGE_VARIABLES[imageName(image)] ?? []).includes(name) || reads.some((one) => one.includes(name));
}

const folderOf = (image: string) => (image.startsWith('mongo') ? 'mongodb' : 'temporal');

describe('docker-compose.temporal.yml', () => {
  it('has every part of the system', () => {
    const parts = [
      'postgresql',
      'temporal',
      'temporal-ui',
      'mongodb',
      'ollama',
      'worker',
      'worker-browser',
      'prometheus',
      'alertmanager',
    ];
    expect(Object.keys(compose.services).sort()).toEqual([...parts, ...ONE_SHOT].sort());
  });

  it.each(services)('%s has a pinned image, limits, and a restart policy', (name, { image, deploy, restart }) => {
    expect(imageTag(image)).toMatch(/^v?\d+\.\d+/);
    expect(deploy.resources.limits.memory).toMatch(/^\d+[mg]$/);
    expect(restart).toBe(ONE_SHOT.includes(name) ? 'on-failure:10' : 'unless-stopped');
  });

  it('takes the latest of nothing but the model, whose default name says so', () => {
    const latest = text.match(/[\w./${}:-]*latest[\w}]*/g) ?? [];
    expect(new Set(latest)).toEqual(new Set(['{OLLAMA_MODEL:-llama3.2:latest}'].map((tail) => `$${tail}`)));
  });

  it.each(services.filter(([, { ports }]) => ports.length > 0))(
    '%s publishes on loopback alone',
    (_name, { ports }) => {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    },
  );

  it.each(services.filter(([name]) => !ONE_SHOT.includes(name)))('%s has a health check', (_name, one) => {
    expect(one.healthcheck?.test.length).toBeGreaterThan(1);
  });

  it.each(services)('%s waits only for what is there and can be waited for', (_name, one) => {
    for (const [target, { condition }] of Object.entries(one.depends_on)) {
      const wanted = serviceOf(target);
      if (condition === 'service_healthy') expect(wanted.healthcheck).toBeDefined();
      if (condition === 'service_completed_successfully') expect(ONE_SHOT).toContain(target);
    }
  });

  it.each(services)('%s gets only variables that its image or our settings know', (_name, one) => {
    expect(Object.keys(one.environment).filter((name) => !isKnownVariable(name, one))).toEqual([]);
  });

  it.each(services)('%s gets every secret as a file that it is given, and no value', (_name, one) => {
    for (const [name, value] of Object.entries(one.environment)) {
      if (name.endsWith('_FILE')) {
        const [, secret = ''] = /^\/run\/secrets\/(\w+)$/.exec(value) ?? [];
        expect(one.secrets).toContain(secret);
        expect(compose.secrets[secret]).toBeDefined();
      } else {
        expect(name).not.toMatch(/PASSWORD|PWD|API_KEY|MONGODB_URL/);
        expect(OUR_SECRETS).not.toContain(`${name}_FILE`);
      }
    }
    for (const secret of one.secrets) expect(compose.secrets[secret]).toBeDefined();
    expect(JSON.stringify(one)).not.toMatch(/:\/\/[^/\s:@]+:[^/\s@]+@/);
  });

  it('gives the workers all names of the deployment package', () => {
    for (const name of ['worker', 'worker-browser', 'schedules']) {
      const given = Object.keys(serviceOf(name).environment).map((variable) => variable.replace(/_FILE$/, ''));
      expect(DEPLOYMENT_VARIABLES.filter((variable) => !given.includes(variable))).toEqual([]);
    }
  });

  it('gives the workers every setting, save programs that are in the image or not used there', () => {
    const left = ['PHOENIX_CACHE', 'CHROMIUM_PATH', 'PROMTOOL_PATH', 'AMTOOL_PATH'];
    const given = Object.keys(serviceOf('worker').environment).map((variable) => variable.replace(/_FILE$/, ''));
    expect(OURS.filter((variable) => !given.includes(variable)).sort()).toEqual(left.sort());
    expect(read('deploy/Dockerfile')).toContain('CHROMIUM_PATH=');
  });

  it('has Prometheus look at the workers, and keep it for as long as config/monitoring.json says', () => {
    const { retentionDays, workers } = loadMonitoring();
    expect(serviceOf('prometheus').command).toContain(`--storage.tsdb.retention.time=${retentionDays}d`);
    for (const name of workers) expect(serviceOf(name).environment.PHOENIX_METRICS_PORT).toBe('9464');
  });

  it('declares every volume, network and secret that is used, and no other', () => {
    const named = services.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    expect(new Set(named.filter((name) => !name.startsWith('./')))).toEqual(new Set(Object.keys(compose.volumes)));
    expect(new Set(services.flatMap(([, { networks }]) => networks))).toEqual(new Set(Object.keys(compose.networks)));
    const given = new Set(services.flatMap(([, { secrets }]) => secrets));
    expect(given).toEqual(new Set(Object.keys(compose.secrets)));
    for (const mounted of named.filter((name) => name.startsWith('./'))) {
      expect(existsSync(join(projectRoot(), mounted))).toBe(true);
    }
  });

  it('makes every secret file that is declared', () => {
    const script = read('deploy/make-secrets.sh');
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toBe(`./deploy/secrets/${name}`);
      expect(script).toMatch(new RegExp(`\\b${name}\\b`));
    }
    expect(read('.gitignore')).toContain('deploy/secrets/');
    expect(read('.dockerignore')).toContain('deploy/secrets');
  });

  it('keeps Temporal in PostgreSQL and starts it after its schema', () => {
    const { environment, depends_on: needs } = serviceOf('temporal');
    expect(environment).toMatchObject({ DB: 'postgres12', POSTGRES_SEEDS: 'postgresql' });
    expect(needs['temporal-schema']?.condition).toBe('service_completed_successfully');
    expect(serviceOf('postgresql').volumes).toContain('postgresql-data:/var/lib/postgresql/data');
  });

  it('runs MongoDB as a replica set with users, and the workers in its database of the mode', () => {
    const { command = [], environment } = serviceOf('mongodb');
    expect(command).toEqual(expect.arrayContaining(['--replSet', 'rs0', '--keyFile']));
    expect(environment).toHaveProperty('MONGO_INITDB_ROOT_PASSWORD_FILE');
    expect(read('deploy/mongodb/setup.js')).toContain("_id: 'rs0'");
    expect(read('deploy/make-secrets.sh')).toContain('replicaSet=rs0');
    expect(serviceOf('worker').environment.PHOENIX_MODE).toBe('production');
    expect(serviceOf('mongodb-setup').environment.MONGODB_DATABASE).toBe(DATABASE_OF.production);
  });

  it('makes the namespace of the mode, with every search attribute of our workflows', () => {
    const script = read('deploy/temporal/setup-namespace.sh');
    const made = [...script.matchAll(/^attribute (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]);
    expect(Object.fromEntries(made)).toEqual(SEARCH_ATTRIBUTES);
    for (const name of ['temporal-setup', 'worker']) {
      expect(serviceOf(name).environment.TEMPORAL_NAMESPACE).toBe(NAMESPACE_OF.production);
    }
  });

  it('polls every task queue there is', () => {
    const queues = ['worker', 'worker-browser'].flatMap((name) => serviceOf(name).command?.[1]?.split(',') ?? []);
    const ofSources = SOURCE_NAMES.map((name) => sourceTaskQueue(name, name === 'phoenix-mls' ? 'browser' : 'http'));
    expect(queues.sort()).toEqual([...new Set([...Object.values(TASK_QUEUES), ...ofSources])].sort());
  });
});

describe('deploy/Dockerfile', () => {
  const dockerfile = read('deploy/Dockerfile');

  it('is built in stages from a pinned image and runs as nobody special', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(bases)).toEqual(new Set(['node:20.19.5-bookworm-slim']));
    expect(bases.length).toBe(2);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile.indexOf('USER node')).toBeLessThan(dockerfile.indexOf('ENTRYPOINT'));
  });

  it('holds every folder that running code reads beside itself', () => {
    const needed = ['core', 'reports', 'llm', 'workers', 'notify', 'store'].flatMap(foldersReadBy);
    const copied = [...dockerfile.matchAll(/^COPY --from=build \/app\/(\S+) /gm)].map(([, folder = '']) => folder);
    expect(needed.length).toBeGreaterThan(3);
    expect(needed.filter((folder) => !copied.includes(folder) && folder !== '.data' && folder !== '.env')).toEqual([]);
  });
});

/** First parts of paths below the project's folder that files of a folder name. */
function foldersReadBy(folder: string): readonly string[] {
  return readdirSync(join(projectRoot(), folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...read(join(folder, file)).matchAll(/projectRoot\(\), '([^']+)'/g)])
    .map(([, name = '']) => name);
}
