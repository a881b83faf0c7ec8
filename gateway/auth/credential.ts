/** Who a connection or request is, and what it may touch: the outcome of authentication. */
import { Type, type Static } from 'typebox';
import { placePattern, textPattern } from '../../actors/ids.ts';
import type { ChannelId, LocationId } from '../../actors/ids.ts';

export const roles = ['storefront', 'terminal', 'operator', 'connector', 'agent'] as const;
export type Role = (typeof roles)[number];

/** All of a kind, also those added later, or the ones named. */
export type Scope<Id extends string> = '*' | readonly Id[];

export interface Credential {
  /** Shown in logs and kept with every command it gives. */
  readonly name: string;
  readonly role: Role;
  readonly channels: Scope<ChannelId>;
  readonly locations: Scope<LocationId>;
  /**
   * When it ends, milliseconds since 1970; absent: not known to end. May come to be while a
   * connection lives.
   */
  readonly expiresAtMs?: number | undefined;
}

const scopeOf = <Id extends string>(what: string) =>
  Type.Union([
    Type.Literal('*'),
    Type.Array(Type.Unsafe<Id>(Type.String({ pattern: placePattern })), {
      maxItems: 1_000,
      description: what,
    }),
  ]);

/** What keys and tokens say about their holder, checked in the same way. */
export const NameSchema = Type.String({ minLength: 1, maxLength: 80, pattern: textPattern });
export const RoleSchema = Type.Union([
  Type.Literal('storefront'),
  Type.Literal('terminal'),
  Type.Literal('operator'),
  Type.Literal('connector'),
  Type.Literal('agent'),
]);
export const ChannelsSchema = scopeOf<ChannelId>('Channels it may touch');
export const LocationsSchema = scopeOf<LocationId>('Locations it may touch');

const GrantSchema = Type.Object({
  role: RoleSchema,
  channels: ChannelsSchema,
  locations: LocationsSchema,
});
export type Grant = Static<typeof GrantSchema>;

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

/** Whether a scope holds an id. */
export function inScope(scope: '*' | readonly string[], id: string): boolean {
  return scope === '*' || scope.includes(id);
}
