import type { Config } from '../../core/config.js';
import { productName } from '../../core/paths.js';
import { createCaptchaClient } from '../../net/captcha/client.js';
import { createWebshare } from '../../net/proxies/webshare.js';
import type { Accounts } from './reconcile.js';

/** The accounts as the settings name them. Nobody is asked yet. */
export function accountsOf(config: Config): Accounts {
  const { captchaApiKey, captchaBaseUrl, webshareApiKey, webshareBaseUrl, proxyCountries: countries } = config;
  const userAgent = productName(config.contact);
  return {
    captcha: captchaApiKey === null ? null : createCaptchaClient({ baseUrl: captchaBaseUrl, key: captchaApiKey }),
    proxies:
      webshareApiKey === null
        ? null
        : createWebshare({ baseUrl: webshareBaseUrl, apiKey: webshareApiKey, userAgent, countries }),
  };
}
