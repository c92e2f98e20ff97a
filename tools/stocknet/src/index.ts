export { readStockNet, type StockNet } from './read-stocknet';
