import type { ReactNode } from 'react';
import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components';
import { useFormat } from '../i18n/use-format';

interface RatioSliderProps {
  readonly label: string;
  /** 0 to 1. */
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly description?: string;
}

/** A value from 0 to 1 in steps of a twentieth. */
export function RatioSlider({ label, value, onChange, description }: RatioSliderProps): ReactNode {
  const { number } = useFormat();
  return (
    <div className="stack-tight">
      <Slider
        className="slider"
        value={value}
        minValue={0}
        maxValue={1}
        step={0.05}
        formatOptions={{ maximumFractionDigits: 2 }}
        onChange={onChange}
      >
        <Label className="field-label">{label}</Label>
        <SliderOutput className="number">{number(value, 2)}</SliderOutput>
        <SliderTrack className="slider-track">
          <SliderThumb className="slider-thumb" />
        </SliderTrack>
      </Slider>
      {description !== undefined && <p className="small muted">{description}</p>}
    </div>
  );
}
