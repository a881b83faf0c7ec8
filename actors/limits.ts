/** Bounds of the things themselves: what one message may ask for. Bounds of the engine: engine/limits.ts. */

/** The most units in one movement, line or balance. Sums of any of them stay safe integers. */
export const quantityMax = 1_000_000_000;
/** The largest amount of money, in minor units (cents). */
export const moneyMinorMax = 1_000_000_000_000;
/** Lines in one order. The largest invoice of the public retail data has 1,114. */
export const orderLinesMax = 2_000;
/** Edits of one order. */
export const orderEditsMax = 100;
/** How long a reservation may hold its units before it is extended, in milliseconds. */
export const reservationMs = { min: 1_000, max: 24 * 3_600_000, default: 10 * 60_000 } as const;
/** Tickets in the line for one SKU. */
export const dropQueueMax = 1_000_000;
/** Locations one reservation may be confined to. */
export const reservationLocationsMax = 100;
/** Location groups one reservation may be confined to. */
export const reservationGroupsMax = 100;
/** How long stock is suspect if nobody counts it, in milliseconds. */
export const suspectMs = { min: 1_000, max: 365 * 24 * 3_600_000, default: 24 * 3_600_000 } as const;
/** Orders that a case concerns because they are to be sent suspect stock. */
export const suspectOrdersMax = 500;
/** Locations that one part is offered to at once, besides the one that has its units. */
export const offeredToMax = 9;
/** SKU-locations in one stock command. */
export const stockEntriesMax = 1_000;
/** Lines in one supply document. */
export const supplyLinesMax = 500;
/** How far ahead supply may be expected: five years. */
export const supplyAheadMsMax = 5 * 366 * 24 * 3_600_000;
/** Groups of one location, capabilities, cut-offs by carrier service. */
export const locationListMax = 32;
/** Pools of one SKU, and channels of one pool. */
export const poolsOfSkuMax = 50;
export const poolChannelsMax = 50;
/** Customer segments of one pool, and over all pools. */
export const poolSegmentsMax = 50;
export const segmentsMax = 200;
/** Buffer rules at a time. */
export const bufferRulesMax = 100_000;
/** Of these, rules that grow. */
export const growingRulesMax = 1_000;
/** Steps a rule grows by. */
export const bufferStepsMax = 1_000;
/** How long a step may be: a minute to 30 days, in milliseconds. */
export const bufferStepMs = { min: 60_000, max: 30 * 24 * 3_600_000 } as const;
/** Locations that one feed may say it covered. */
export const feedLocationsMax = 10_000;
/** Location groups of one channel. */
export const channelGroupsMax = 100;
/** Locations a feed says at its end that it told of. */
export const fedLocationsMax = 1_000;
/** Counts, items or locations in one comparison. */
export const comparedMax = 1_000;
/** Components of one kit. */
export const kitComponentsMax = 50;
/** Locations, and groups of them, that send what is sold without stock. */
export const untrackedPlacesMax = 100;
/** Channels an item may name caps for. */
export const itemChannelsMax = 100;
/** SKUs that may stand for one. */
export const substitutesMax = 16;
/** Milliseconds a timer may be set ahead: one year. */
export const delayMsMax = 365 * 24 * 3_600_000;
/** Lanes from one origin in one transit table. */
export const transitLanesMax = 1_000;
/** Delivery days in transit. */
export const transitDaysMax = 120;
/** Weight of a unit, and of a step of a rate card: a tonne, in grams. Sides of a unit: ten metres. */
export const gramsMax = 1_000_000;
export const sideMmMax = 10_000;
/** Zones, weight breaks and prices of one rate card; distance bands; lanes, and postal prefixes over all of them. */
export const rateZonesMax = 100;
export const rateBreaksMax = 200;
export const ratePricesMax = 5_000;
export const rateBandsMax = 50;
export const rateLanesMax = 2_000;
export const ratePrefixesMax = 10_000;
/** Versions of the card of one service, and places with a surcharge in one card. */
export const rateVersionsMax = 20;
export const rateRemoteMax = 50;
/** Services of one carrier. */
export const carrierServicesMax = 32;
/** Milliseconds of work that make a parcel ready: 30 days around the clock. */
export const processingMsMax = 30 * 24 * 3_600_000;
/** Lines of one question for a promise. */
export const promiseLinesMax = 200;
/** Lots or serials in one command; each is a row of its record. */
export const lotsOfCommandMax = 1_000;
/** Locations that hold units of one lot. */
export const lotPlacesMax = 500;
/** Transfers that carry units of one lot at a time. */
export const lotTransitMax = 200;
/** How far ahead a lot may expire: fifty years. */
export const expiryAheadMsMax = 50 * 366 * 24 * 3_600_000;
/** Days of shelf life, and of life a unit must have left to be sold. */
export const shelfDaysMax = 3_660;
/** Characters of one expression of a routing plan. */
export const planExpressionMax = 1_000;
/** Rules and fallbacks of one routing plan. */
export const planRulesMax = 100;
export const planFallbacksMax = 8;
/** Parcels a routing plan may allow one decision. */
export const plannedParcelsMax = 100;
/** The most a soft rule may add or take off, in minor units. */
export const planCostMinorMax = 1_000_000_000;
/** Routing plans, and versions of one of them. */
export const plansMax = 50;
export const planVersionsMax = 500;
/** Lines in one request for a return, and in one receipt or inspection of it. */
export const returnLinesMax = 500;
/** Returns of one order, standing or ended. */
export const returnsOfOrderMax = 50;
/** Memos of one return. */
export const returnMemosMax = 200;
/** Days after delivery in which a return may be asked for: ten years. */
export const returnWindowDaysMax = 3_660;
/** SKUs a return policy may name in one list, and rules of where returns go. */
export const returnPolicyListMax = 1_000;
export const returnRulesMax = 50;
/** Terminals that are open at a time; tasks one may hold; zones and capabilities of one. */
export const terminalsMax = 20_000;
export const terminalTasksMax = 100;
export const terminalListMax = 32;
/** How long a terminal may be silent, in milliseconds: a second to a day. */
export const terminalMs = { min: 1_000, max: 24 * 3_600_000 } as const;
/** Scans in one command, and of one task; parcels of one task. */
export const scansMax = 200;
export const taskScansMax = 4_000;
export const taskParcelsMax = 50;
/** Canaries and shadows at one time. Both are counted in records, or beside them, with every decision. */
export const planCanariesMax = 8;
export const planShadowsMax = 4;
/** Channels one shadow may name. */
export const shadowChannelsMax = 100;
/** Orders a guard may wait for. */
export const canaryOrdersMax = 1_000_000;
/** Fulfillments an order may have had before its parts are put together otherwise. */
export const partsMax = 500;
/** Words that mark an order; attributes of an order, item or location; characters of each. */
/** Holds of one order at a time. */
export const holdsMax = 16;
export const tagsMax = 20;
export const attributesMax = 20;
export const attributeTextMax = 100;
/** Rows of a loaded forecast, units in one of them, and SKUs that have one. */
export const forecastRowsMax = 2_000;
export const forecastUnitsMax = 1_000_000;
export const forecastSkusMax = 100_000;
/** Custom fields of an order or line; mandates of an order, and characters of each. */
export const customFieldsMax = 20;
export const mandatesMax = 4;
export const mandateTextMax = 8_000;
/** The longest grace of an intake policy, and the longest time its guards look back: a year, and 30 days. */
export const graceMsMax = delayMsMax;
export const guardWindowMsMax = 30 * 24 * 3_600_000;
/** Orders of a customer that guards remember, and SKUs of each; larger orders are not remembered. */
export const recentOrdersMax = 20;
export const recentSkusMax = 50;
/** Payments of one order. How long before it expires an authorisation is told of: a day where nobody says. */
export const paymentsOfOrderMax = 20;
export const paymentWarnMsDefault = 24 * 3_600_000;
/** Mappings in one command, and units of a SKU in one of a channel's. */
export const mappingsMax = 500;
export const mappedUnitsMax = 100_000;
/** Steps of one playbook, attempts of one step, and characters of a condition. */
export const playbookStepsMax = 16;
export const playbookAttemptsMax = 20;
export const playbookConditionMax = 500;
/** Orders one report of a case may name, and orders one reported case may have. */
export const caseOrdersOfCommandMax = 200;
export const caseOrdersMax = 500;
/** Entries of a case's log that stand in its row; older ones stand in pages of as many. Pages of one case. */
export const caseLogPage = 32;
export const caseLogPagesMax = 200;
