import type { TradePoint } from './trade-diversity';

/** NDCG@10 against diversity within lists, a point for each value asked for, as an SVG image of 640 × 400 pixels. */
export async function renderTrade(points: readonly TradePoint[]): Promise<string> {
  const { PALETTE, renderSvg } = await import('@attune/finetune');
  return renderSvg(
    {
      grid: { left: 72, right: 32, top: 32, bottom: 56 },
      xAxis: { type: 'value', name: 'diversity within lists', nameLocation: 'middle', nameGap: 32, scale: true },
      yAxis: { type: 'value', name: 'NDCG@10', scale: true },
      series: [
        {
          type: 'line',
          symbolSize: 8,
          color: PALETTE.blue,
          data: points.map(({ diversity, report }) => ({
            value: [report.diversityAt10, report.ndcgAt10],
            label: { show: true, position: 'right', formatter: diversity.toFixed(1) },
          })),
        },
      ],
    },
    { width: 640, height: 400 },
  );
}
