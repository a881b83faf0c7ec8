/** What happens in the world, as those who make it happen tell it; counted in tally.ts, told in story.ts. */
export type Happening =
  | {
      readonly kind: 'placed';
      readonly order: string;
      readonly channel: string;
      readonly lines: number;
      readonly to: string;
      readonly from: readonly string[];
      readonly carriers: readonly string[];
      readonly costMinor: number;
      readonly backordered: number;
      readonly ms: number;
    }
  | { readonly kind: 'not-placed'; readonly order: string; readonly code: string }
  | { readonly kind: 'cancelled' | 'declined' | 'lost'; readonly order: string }
  | { readonly kind: 'paid' | 'captured'; readonly order: string; readonly ms: number; readonly isAgain: boolean }
  | { readonly kind: 'picked'; readonly order: string; readonly terminal: string; readonly units: number }
  | { readonly kind: 'short'; readonly order: string; readonly sku: string; readonly location: string }
  /** Units were given another place, or none: then they wait. */
  | { readonly kind: 'resourced'; readonly order: string; readonly to: readonly string[]; readonly ms: number }
  | {
      readonly kind: 'socket';
      readonly order: string;
      readonly terminal: string;
      readonly ms: number;
      readonly scans: number;
      readonly repeated: number;
    }
  | { readonly kind: 'no-label'; readonly order: string; readonly carrier: string }
  | { readonly kind: 'circuit'; readonly carrier: string; readonly state: string }
  | { readonly kind: 'rerated'; readonly order: string; readonly location: string; readonly carrier: string }
  | { readonly kind: 'other-carrier'; readonly order: string; readonly from: string; readonly to: string }
  | { readonly kind: 'left'; readonly order: string; readonly location: string; readonly carrier: string }
  | { readonly kind: 'delivered'; readonly order: string; readonly hours: number; readonly ms: number }
  | { readonly kind: 'replaced'; readonly order: string; readonly by: string }
  | { readonly kind: 'sent-back'; readonly order: string; readonly units: number }
  | {
      readonly kind: 'returned';
      readonly order: string;
      readonly sku: string;
      readonly isDamaged: boolean;
      readonly location: string;
      readonly creditedMinor: number;
    }
  | {
      readonly kind: 'case-raised';
      readonly caseId: string;
      readonly owner: string;
    }
  /** By itself, with its cause, or by people. */
  | { readonly kind: 'case-cleared'; readonly caseId: string; readonly hours: number }
  | { readonly kind: 'case-resolved'; readonly caseId: string; readonly hours: number }
  | { readonly kind: 'counted'; readonly sku: string; readonly location: string; readonly units: number }
  | { readonly kind: 'supplied'; readonly sku: string; readonly location: string; readonly units: number };

export type HappeningKind = Happening['kind'];
