"""The accounts of the broker: who may publish where, who may read, as Mosquitto and RabbitMQ want it written."""
