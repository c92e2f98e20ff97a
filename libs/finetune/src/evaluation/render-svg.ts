import type { EChartsOption } from 'echarts';

/** Okabe and Ito's palette, told apart by readers of every colour vision. */
export const PALETTE = {
  blue: '#0072B2',
  vermilion: '#D55E00',
  green: '#009E73',
  purple: '#CC79A7',
  orange: '#E69F00',
  sky: '#56B4E9',
} as const;

/** A chart as an SVG image of so many pixels. The chart library is loaded by the first call. */
export async function renderSvg(option: EChartsOption, { width, height }: { width: number; height: number }): Promise<string> {
  const { init } = await import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: '#ffffff', textStyle: { fontFamily: 'Helvetica, Arial, sans-serif' }, ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
