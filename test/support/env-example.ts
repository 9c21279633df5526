import { DEPLOYMENT_VARIABLES, SETTINGS } from '../../core/settings-table.js';

const HEAD = `# Process settings. Copy to .env and fill in what you need; nothing is needed for the demo.
# Lines that begin with "#NAME=" show the default. Leave them so: an address that is set here counts as yours, and
# the local stack does not start that part.
# Every secret may come as NAME_FILE with the path of a file that holds the value.
`;

/** The text that `.env.example` must have, made from the table of settings. */
export function envExample(): string {
  const blocks = Object.values(SETTINGS).map((setting) => {
    const { variable, meaning, secret, schema } = setting;
    const comment = `# ${meaning}${secret ? ` (secret; or ${variable}_FILE)` : ''}`;
    return `${comment}\n${assignment(variable, schema.safeParse(undefined).data)}`;
  });
  const deployment = blocks.slice(0, DEPLOYMENT_VARIABLES.length);
  const ours = blocks.slice(DEPLOYMENT_VARIABLES.length);
  return `${[HEAD.trimEnd(), '# --- Names of the deployment package ---', ...deployment, '# --- Names of ours ---', ...ours].join('\n\n')}\n`;
}

/** A setting without default stands empty, which counts as not set. */
function assignment(variable: string, value: unknown): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return `${variable}=`;
  return `#${variable}=${String(value)}`;
}
