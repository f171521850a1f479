import type { JsonObject } from '../json';
import { field, text } from '../json';
import { invokeFromOutside } from '../transport/routes/events';
import type { Service } from '../transport/service';
import type { Resolvers } from './resolve';

/** The fields of `/v0/gql`. */
export function schema({ core }: Service): Resolvers {
  return {
    invokeFunction: args => {
      const payload: JsonObject = { data: field(args, 'data') ?? {} };
      const user = field(args, 'user');
      if (user !== undefined && user !== null) payload['user'] = user;
      // True also for a function that does not exist, as on the real server.
      invokeFromOutside(core, text(args, 'functionSlug') ?? '', payload);
      return true;
    },
  };
}
