"""What works on anyone's file of counts without a house: estimate, events, forecast, backtest."""
