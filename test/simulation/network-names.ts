/** Names that commands on the network, on items and on rate cards draw from. */
export const groups = ['north', 'south', 'valueOf'];
export const serviceNames = ['standard', 'express', 'toString'];
