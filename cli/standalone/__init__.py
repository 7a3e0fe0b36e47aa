"""Commands for anyone's file of counts: estimate, events, forecast, backtest."""
