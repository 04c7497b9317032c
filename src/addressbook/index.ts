export { createAddressBook, type AddressBook, type AddressFormat } from './address-book.ts';
export { type AddressEntry, type AddressInput } from './entry.ts';
export { type ImportRequest, type ImportResult } from './import.ts';
export { type RowProblem } from './rows.ts';
