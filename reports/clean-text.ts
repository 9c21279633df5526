import { cutTo, plainText } from '../domain/plain-text.js';

/** Makes one line of safe plain text out of anything a source, a model or a person wrote. */
export type CleanText = (text: string) => string;

/**
 * Cleaner for text that goes into mails, reports and terminals. Control characters (line ends, terminal escapes), marks
 * that turn the reading direction and lone surrogates become blanks; text is cut at `maxLength`; `secrets` never pass.
 * Escaping for HTML is the template's work, not done here.
 * @param secrets values that must not be seen, as from `config.secretValues`
 */
export function createCleanText(secrets: readonly string[], maxLength = 600): CleanText {
  // The longest first: a secret that holds another one must not leave its rest behind.
  const hidden = [...secrets].filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  return (text) => {
    // Before the line is tidied as well as after: either form may be the one that matches the secret.
    return cutTo(maxLength, hide(plainText(hide(text, hidden)), hidden));
  };
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce((safe, secret) => safe.replaceAll(secret, '[hidden]'), text);
}
