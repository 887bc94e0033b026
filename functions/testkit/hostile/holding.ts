/** An instance that stops before its first claim until it is told to go on. */
import type { Ports } from "../../src/app/ports.ts";
import type { Claim } from "../../src/app/ports.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { Instance } from "./instance.ts";
import type { World } from "./world.ts";

export interface Holding {
  readonly instance: Instance;
  /** What it is about to claim, once it is. */
  readonly claiming: Promise<readonly Claim[]>;
  readonly goOn: () => void;
}

export function holdingInstance(world: World, rule: Rule): Holding {
  const claiming = Promise.withResolvers<readonly Claim[]>();
  const gate = Promise.withResolvers<undefined>();
  const adapt = (ports: Ports): Ports => ({
    ...ports,
    outbox: {
      ...ports.outbox,
      claimTaken: async (claims, ...others) => {
        claiming.resolve(claims);
        await gate.promise;
        return ports.outbox.claimTaken(claims, ...others);
      },
      claimKept: async (claim) => {
        claiming.resolve([claim]);
        await gate.promise;
        return ports.outbox.claimKept(claim);
      },
    },
  });
  const { db, publisher, now } = world;
  return {
    instance: new Instance({ db, publisher, rules: [rule], clock: now, adapt }),
    claiming: claiming.promise,
    goOn: () => {
      gate.resolve(undefined);
    },
  };
}
