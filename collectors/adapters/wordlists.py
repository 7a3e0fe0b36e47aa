"""The words of field names, by what they say (vocabulary.py puts them together).

The first group are whole names, written without what stands between their words; the second are single words.
"""

PEOPLE = """
people peoplecount personcount persons personscount peoplenumber personnumber peoplenum personnum numberofpeople
numberofpersons numberofoccupants numpeople numpersons numoccupants nbpeople nbpersons nboccupants npeople occupants
occupantcount occupantscount headcount peoplepresent personspresent presentpeople peopleinside personsinside
peopleinroom personsinroom peopleinarea peopleinzone currentpeople currentpeoplecount currentpersons
currentpersoncount currentoccupants currentheadcount peoplecurrent peoplecountcurrent peoplecountall occupancypeople
peopleoccupancy humancount peopledetected personsdetected detectedpeople detectedpersons livepeople livepeoplecount
roomoccupants mannum
"""
OCCUPIED = """
occupied presence present inuse roomoccupied deskoccupied seatoccupied spaceoccupied tableoccupied deskinuse
roominuse spaceinuse humanpresence personpresence personpresent humanpresent someonepresent presencedetected
persondetected humandetected occupancydetected presencestate presencestatus occupancystate occupancystatus
peoplepresence deskstate deskoccupancy occupy truepresence alarmoccupancy alarmpresence
"""
MOTION = """
motion pir movement motiondetected movementdetected pirdetected motionstate motionstatus pirstate pirstatus
movementstate movementstatus motionsensor pirsensor pirmotion motionpir occupancypir piroccupancy alarmmotion
"""
VACANT = "vacant unoccupied roomvacant deskvacant spacevacant"
MOTIONS = """
motions motioncount motioncounts motioncounter motionevents motioneventcount motioneventscount movements
movementcount movementcounter pircount pircounter piractivations motiontriggers
"""
TEMPERATURE = """
temperature temp airtemperature ambienttemperature roomtemperature indoortemperature temperaturec tempc
temperaturecelsius tempcelsius ambienttemp roomtemp airtemp tempair temperatureair measuretemperature
"""
TEMPERATURE_F = "temperaturef tempf temperaturefahrenheit tempfahrenheit ambienttemperaturef"
HUMIDITY = """
humidity hum relativehumidity rh airhumidity ambienthumidity roomhumidity indoorhumidity humiditypct humiditypercent
relhumidity humidityrelative humidityrh measurehumidity
"""
CO2 = "co2 co2ppm measureco2 carbondioxide co2level co2concentration co2value carbondioxideppm"
LIGHT = """
illuminance lux illuminancelux lightlux luminosity lightilluminance illuminancelevel ambientlightlux
"""
SOUND = """
noise soundlevel sounddb noiselevel noisedb soundpressurelevel spl laeq noisedba dba sounddba soundpressure
"""
BATTERY = """
batterypct batterypercent batterypercentage batterylevel batterylevelpercent battery batt bat battpct batpct
batterysoc battperc batterycapacitypercent batteryremaining batterylevelpct measurebattery
"""
BATTERY_V = """
batteryvoltage batteryv batteryvolt battv vbat vbatt batv batteryvolts battvolt batvolt voltagebattery battvoltage
batvoltage
"""
BATTERY_MV = "batterymv batterymillivolt battmv vbatmv batterymillivolts batteryvoltagemv"
# Going in.
IN = """
in ins enter enters entered entering entry entries entrances ingress inbound incoming inflow inward inwards arrivals
"""
# Going out.
OUT = """
out outs exit exits exited exiting leave leaves leaving egress outbound outgoing outflow outward outwards departures
"""
# A running total.
TOTAL = """
total totals cumulative cumulated accumulated accumulative accumulate accumulation absolute lifetime overall
"""
# Since the last message.
PERIOD = "period periodic periodical interval delta diff difference increment incremental"
# Who or what is counted.
NOUNS = """
people person persons human humans count counts counter counters counted visitor visitors pedestrian pedestrians
passenger passengers crossing crossings guests customers
"""
# Say when, but not whether it is a delta or a total.
VAGUE = """
sum today daily day hour hourly minute week weekly month current now last previous since this yesterday start reset
midnight live line all raw totalt gesamt new net gross flow event events rate session
"""
# A direction of which nobody knows where it leads.
WAYS = "ltr rtl fw bw fwd bwd forward forwards backward backwards left right lefttoright righttoleft"
# The same without any other meaning.
PLAIN_WAYS = "ltr rtl fw bw lefttoright righttoleft"
# Going in, in other languages: understood well enough to ask.
FOREIGN_IN = """
ein eingang eingänge eingaenge eintritt eintritte zugang zugänge entree entrees entrée entrées entrada entradas
inpassage ingang inpasserande
inpasseringar ingående
"""
# Going out, likewise.
FOREIGN_OUT = """
aus ausgang ausgänge ausgaenge austritt austritte abgang abgänge uit vertrek sortie sorties salida salidas ut
utpassage uitgang utpasserande utpasseringar
utgående
"""
# Counted, but not people.
ELSE = """
packet packets message messages msg frame frames tx rx error errors retry retries reboot reboots boot restart
restarts reset resets uplink uplinks downlink fcnt seq sequence wifi mqtt connect connects disconnects reconnects
power energy electricity kwh sml water gas octets voltage temperature humidity pressure rain click clicks button tap
taps open opens openings opened closed
battery byte bytes port crc log fcntup probe probes satellites sats particle pm age gender male female adult adults
child children staff
face faces device devices client clients parking order orders sales checkout
checkouts returns
"""
# Some of the people, by who they are or what they do: never added to the whole, and nobody's business.
SOME = """
kid kids baby babies man men woman women boy boys girl girls employee employees mask masks helmet helmets fall falls
elderly senior seniors teen teens teenager teenagers group groups family families passerby passersby bypass bypasses
turnback turnbacks barn kvinnor män frauen männer kinder enfants femmes hommes
"""
# What is counted and is no person, in several languages.
THINGS = """
vehicle vehicles car cars truck trucks lorry lorries van vans bus buses bike bikes bicycle bicycles cyclist cyclists
motorcycle motorcycles motorbike motorbikes scooter scooters animal animals dog dogs cat cats pet pets luggage
suitcase trolley trolleys cart carts stroller strollers pram prams wheelchair wheelchairs
fahrzeug fahrzeuge pkw lkw fahrrad fahrräder fahrraeder motorrad motorräder
fordon bil bilar lastbil lastbilar cykel cyklar buss bussar
voiture voitures camion camions vélo vélos velo velos vehicule vehicules véhicule véhicules moto motos
"""
# How a door or a room is: no name of one.
CONDITIONS = """
open opened opening closed closing close shut locked unlocked on off true false yes no occupied vacant free busy
unoccupied unknown none null na ok alarm normal active inactive available unavailable
"""
# Settings, statistics and descriptions.
SETTINGS = """
limits thresholds alarms alerts rules expected forecast forecasts predicted prediction predictions goal
goals planned scheduled reserved reservation reservations booked booking bookings registered statistic reference
offset correction corrections manual simulation demo monthly yearly annual
timeout sensitivity threshold delay limit alarm alert enabled enable mode config configuration setting settings
capacity version firmware hardware range distance height schedule timer fading hold max maximum min minimum lower
upper unit units type kind name label description location latitude lat longitude lon lng altitude x y z time
timestamp date duration dwell interval period since age ago last seen install calibration confidence accuracy
percent percentage pct ratio before desired bbox box boxes coordinates coords position positions vertices polygon score
rate id uuid address index zone timezone tz model vendor manufacturer avg average mean
median std deviation peak
"""
# How the device itself is.
HEALTH = """
rssi snr lqi linkquality link signal uptime ip mac ssid bssid channel heap memory mem cpu load loadavg disk battery
batt bat voltage vdd charging charge health status state online connected available tamper led power supply rtc
clock sw hw fw rev revision build serial sn chip board internal ic network gateway gw radio frequency freq bandwidth
spreading sf dr adr fport fcnt port counter seq sequence msgid messageid packet packetid msg message update updated
sleep wakeup wake reboot reset boot restart error errors fault code crc sdk schema protocol api request response ack
success ok valid quality simulated test host hostname product brand series customer tenant org
organisation time rtc lorawan lora adr confirmed sleeping hops parent mesh role battery card badge
"""
# What a device may have several of.
PARTS = "line region zone area door gate entrance counter channel room desk seat sensor camera roi"
# Say nothing of their own.
FILLERS = "value values number num no nr nb of n the by"
# More words for many people.
MANY = """
cnt visits footfall passage passages crowd pax occupancy occupant occupants headcount entrance entrances traffic
besucher personenzahl besucherzahl personenanzahl besucheranzahl personen anzahl antal personer besök besökare
besokare personnes visiteurs personas visitantes bezoekers
pulses turnstile attendance inside
"""
# What stands around values and says nothing of its own.
AROUND = """
data payload values value measurements measurement readings reading state reported object decoded
decodedpayload message body content attributes attrs properties params fields telemetry sensors sensor status result
results item items records record metrics current latest observation observations uplink features channels lines
zones regions areas counters report info output environment env device devices event events doors gates rooms desks
rois seats d e radar counter peoplecounter counting counts sensordata msg obj tele climate air
tags registers vals signals points datapoints variables countinginfo countinfo after
floors floor levels buildings sites spaces analytics roomanalytics
iot meas measure metadata situation
d2cmessage devicemessage sensormessage devicedata telemetrydata devicetelemetry sensortelemetry telemetryupdate
stats statistics summary m ext inputs outputs body con cin m2m decode uplinkmessage decodeduplink fields
"""
# Fields that tell a time, the most telling first.
TIMES = """
timestamp timestamputc utctimestamp timestampms timestampiso isotimestamp time timems datetime datetimeutc
utcdatetime ts eventtime eventtimestamp measuredat measurementtime measuretime observedat observationtime
phenomenontime resulttime recordedat recordtime recorded sampledat sampletime samplingtime capturedat capturetime
detectedat isotime utctime timeutc utc unixtime unixtimes unixtimems unixtimestamp unix epoch epochms epochs
epochtime devicetime devicetimestamp sensortime localtime sentat senttime sendtime createdat createdtime reportedat
reporttime publishedat receivedat lastseen lastupdated lastupdate lastchanged updatedat updatetime observed
enqueuedtime enqueuedtimeutc sourcetimestamp servertimestamp zeitstempel zeit
datumzeit datumuhrzeit tidsstämpel tidpunkt horodatage dateheure fechahora tijdstip date
"""
# Lists whose items are messages or measurements, not parts of a device.
RECORDS = """
data payload values measurements readings records items results telemetry events observations messages history
samples buffer entries log logs batch list array e
"""
# Fields that tell when a period began.
BEGINS = """
from fromtime timefrom start starttime startat starttimestamp startedat begin begintime begins periodstart periodfrom
intervalstart windowstart timestart tsfrom tsstart startts datefrom startdate dateobservedfrom utcfrom localfrom
"""
# Names of people that may be those of a period where one is given.
COUNTED = """
peoplecount personcount personscount peoplenumber personnumber peoplenum personnum numberofpeople numberofpersons
numpeople numpersons nbpeople nbpersons npeople people persons humancount peopledetected personsdetected
detectedpeople detectedpersons
"""
# Fields that tell when a period ended, where its beginning is told too.
ENDS = """
to until till timeto totime end endtime endat endtimestamp endedat ends periodend periodto intervalend windowend
timeend tsto tsend
endts dateto enddate dateobservedto utcto localto
"""
# Fields that tell the length of a period in seconds.
LENGTHS = """
periods periodseconds periodsec intervals intervalseconds intervalsec reportintervals periodlengths
"""
