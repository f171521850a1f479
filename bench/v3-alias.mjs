// Preloaded where v3 is measured: the name `inngest` leads to v3, as in an app that has v3 installed.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const isSdk = specifier === 'inngest' || specifier.startsWith('inngest/');
    return next(isSdk ? specifier.replace('inngest', 'inngest-v3') : specifier, context);
  },
});
