import { serverContract } from './server-contract.ts';

serverContract('uws');
