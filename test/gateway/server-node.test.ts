import { serverContract } from './server-contract.ts';

serverContract('node');
