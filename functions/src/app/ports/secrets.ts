/**
 * The value of a secret, by its name in the map of secrets; undefined if there is none of that name.
 *
 * @throws Error if the map cannot be read; without anything of it
 */
export type Secrets = (name: string) => Promise<string | undefined>;
