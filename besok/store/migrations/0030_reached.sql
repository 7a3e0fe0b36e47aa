-- The days by which a tenth, half and nine tenths of the futures of a forecast have reached its goal; null: not within ten years.
alter table forecast add column reached_low date, add column reached date, add column reached_high date;
