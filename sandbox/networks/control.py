"""The control plane, and the reference of everything these stand-ins answer to.

Start: ``python -m sandbox.networks --port N [--host 127.0.0.1]`` (0 takes a free port). When it is ready it prints
one line, ``alert networks listening on http://127.0.0.1:PORT``. All state is in memory.

Provider endpoints
==================
chargebackhit   base ``http://HOST/chargebackhit``; https://api-docs.chargebackhit.com/
    ``GET  /api/v2/alerts/{id}`` · ``POST /api/v2/alerts/list`` · ``POST /api/v2/alerts/{id}/update-outcome``
    Headers ``public_key`` and ``Signature`` = base64(hex(HMAC-SHA512(secret, public_key + raw body + public_key))).
    Outcome body: ``outcome``, ``order``, ``customer``, ``transactions``, ``products``, ``merchant``; nothing else.
    init-refund takes reversed (needs ``order.refund.amount`` and ``.currency``), previously-reversed, duplicate,
    decline, not-found, acknowledged, shipped, error, reverse-error, and pending as often as wanted. inquiry takes
    acknowledged with order, customer, transactions and products. The other types take acknowledged.
    200 returns the alert. Refused: 400 ``validation_error`` (with ``constraints``), 401 ``unauthorized``, 404
    ``not_found``, 409 ``outcome_already_final`` (status and code of 401, 404 and 409 are our choice: not documented).
ethoca          base ``http://HOST``; https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/
    ``POST /ethoca/alerts/merchants/outcomes`` (1 to 25 outcomes) · ``GET /ethoca/alerts/merchants/alerts`` (query
    ``alert_type``, ``size``; unacknowledged alerts only) · ``POST /ethoca/alerts/merchants/alerts/acknowledges``
    The pull paths also exist under ``/merchant/``: the documentation writes both.
    OAuth 1.0a, RSA-SHA256, with ``oauth_body_hash``. A used nonce, a timestamp more than 300 s off, a wrong hash or
    signature: 401. Outcomes answer 200 with ``outcomeResponses`` per item: SUCCESS, or FAILURE with ``errors``. A
    second outcome after a final one is a FAILURE ``OUTCOME_ALREADY_FINAL``. IN_PROGRESS and SHIPPER_CONTACTED are
    not final. 400: no JSON, no outcomes, more than 25, or an item without a 25-character alertId. ``refund`` and
    ``amountStopped`` are required in every item, as the published schema says; amounts are JSON numbers in major
    units from 0 (the schema's minimum of 1 is the setting ``amount_minimum``). OTHER needs ``comments``.
    Acknowledge body (not published; our form): ``{"acknowledges": [{"alertId": "…"}]}`` answered by
    ``{"acknowledgeResponses": [{"alertId", "status"}]}``. Pull answers ``{"alerts": [push bodies]}``.
reseller        base ``http://HOST/reseller``; codes of https://docs.payshield.ai/txalerts-dispute-alerts/
    ``POST /alerts/{id}/outcome`` JSON ``{"code": "100.001", "amount"?, "currency"?, "duplicate_of"?, "comment"?}``
    ``POST /alerts/{id}/acknowledge`` (no body needed; may be repeated) · header ``Authorization: Bearer TOKEN``
    Codes are ``reason.result`` of the alert's product, ``cdrn`` or ``ethoca``. Reason 101 needs amount (a decimal
    string, major units) and currency, 940 needs duplicate_of, 900 needs comment. 999 and 998 are not final. Only
    DISPUTE takes an outcome; every other type takes the acknowledgement only (422 ``not_answerable``). Refused: 401,
    404, 409 ``outcome_already_final`` or ``alert_expired`` (CDRN, 72 h after the alert), 422 ``validation_error``.
chargeblast     base ``http://HOST/chargeblast``; https://docs.chargeblast.com/
    ``POST /api/v2/alerts/update/{id}`` ``{"result": "Resolved", "action_at_expiration"?: bool}``
    Key in the header ``X-API-Key`` or the query ``api_key``. 400 ``already_actioned`` on a re-update,
    ``invalid_result``, ``not_actionable`` (RDR, TC40, TC15, SAFE, Cancel); 401; 404.
    ``action_at_expiration`` parks a decline until 72 h, and a later answer replaces it; Resolved and AlreadyRefunded
    ignore the flag. An alert without a final answer at 72 h is declined (result ``Unactioned``).

Control plane
=============
``GET    /_networks/outcomes``  ?network= &alert_id= &accepted=true|false &final=true|false. Every outcome this side
    was told, oldest first: ``{"outcomes": [{number, network, alert_id, channel, outcome, body, raw, accepted, reason,
    status, final, repeat, late, at}]}``. channel: ``api``, ``reply`` (the synchronous answer to a Chargebackhit
    webhook), ``acknowledge`` or ``expiry`` (recorded by the network itself at 72 h). reason: why it was refused.
    final: this attempt closed the alert. late: it came after the product's window (Ethoca 24 h, CDRN and Chargeblast
    72 h), null where there is none. A call that a fault swallowed before any work is there too, ``accepted`` false,
    ``reason`` "fault: …". ``DELETE`` forgets attempts, not alerts.
``GET    /_networks/requests``  every HTTP request to a network: {at, network, method, path, status, fault}.
``POST   /_networks/alerts``    register an alert so that outcomes for it can be judged:
    ``{network, id, type?, product?, amount?, currency?, alert_at?}``. 201. Types and products: see below.
``GET    /_networks/alerts``    ?network=: registered alerts with state open | parked | final and their outcome.
``POST   /_networks/alerts/generate``  ``{network, type?, …fields}``: makes an alert in the provider's format,
    registers it (unless ``"register": false``) and returns ``{network, id, method, headers, body}``. ``body`` is text;
    its UTF-8 bytes and those headers are exactly what the provider would send. Fields: ``payloads.AlertFields``.
``POST   /_networks/deliver``   the same fields plus ``url``, or ``{"network", "alert_id", "url"}`` for an alert made
    before: sends it for real. Optional: ``copies`` (the same message n times at once), ``forge`` (unsigned |
    wrong_signature | altered_body | stale), ``schedule_seconds`` (redelivery times after the first attempt, in the
    networks' clock), ``timeout_seconds``. Returns the delivery with its first attempts; the rest of the schedule runs
    by itself, and moving the clock runs what became due. Documented schedules are the default: reseller every 12 h
    until 72 h or an outcome; Chargeblast 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h apart (https://docs.svix.com/retries).
    Chargebackhit and Ethoca publish none: no redelivery unless ``schedule_seconds`` asks for it. Delivered means 2xx;
    for Ethoca also a body with ``"status": "success"`` within 30 s.
``GET    /_networks/deliveries``  every delivery with its attempts.
``POST   /_networks/faults``    ``{network, action, nth | from_nth | every, match?, seconds?}``. Calls are counted from
    1 since the fault was set, per fault; without a number it hits every call. ``match`` is a part of
    "METHOD /path". Actions: 429, 500, 503, 401 (answered, no work done) · delay (before the work) · delay_after
    (after the work, before the answer) · reset_before (connection reset, no work) · reset_after (work done, no
    answer) · torn (work done, half the answer) · unreachable (reset at once, not recorded as an outcome; lifts
    itself after ``seconds`` if given). ``seconds`` is the delay, or the Retry-After of 429 and 503.
    ``GET`` lists them with their hits, ``DELETE`` lifts all (``?network=`` only that network's).
``POST   /_networks/clock``     ``{"offset_seconds": n}`` sets the networks' clock to real time plus n. It ages alerts
    and redeliveries; OAuth and Svix timestamps stay on real time. ``GET`` returns ``{now, offset_seconds}``.
``POST   /_networks/credentials``  ``{network, …}`` replaces the named ones; ``GET`` lists all of them:
    chargebackhit {public_key, secret_key} · ethoca {consumer_key, public_key_pem, private_key_pem, push_username,
    push_password} · reseller {api_token (outcomes), webhook_token (alerts)} · chargeblast {api_key, webhook_secret}.
    The Ethoca key pair is made at start; registering a public key of your own drops the private one.
``POST   /_networks/settings``  ``{network, repeat?, amount_minimum?}``. ``repeat`` (every network): what happens when
    the final outcome is sent again with an equal body: ``reject`` (default) or ``accept`` (the success answer, nothing
    recorded anew as final). Another outcome after a final one is refused in both. ``amount_minimum`` (Ethoca): "0" or
    "1". ``GET`` lists.
``POST   /_networks/reset``     back to the state at start; the Ethoca key pair stays.
A wrong control call answers 400 ``{"error": "…"}``.

Types and products
==================
chargebackhit  init-refund (ethoca, cdrn, paypal) · inquiry (oi, consumer-clarity) · resolved (rdr) · prevented (oi) ·
               fraud-notification (visa-fraud) · dispute-notification (visa-dispute)
ethoca         CONFIRMEDFRAUD, CUSTOMERDISPUTE; older words issuer_alert, fraudreporter_alert, customerdispute_alert.
               ``form``: push (default), legacy (field names and local times of the older XML schema, as JSON) or pull
               (queued for GET alerts; body is what that returns for it)
reseller       DISPUTE (cdrn, ethoca) · DISPUTE_RDR · DISPUTE_NOTICE · CANCEL · FRAUD_NOTICE · RDR_DELETE (the
               provider's status update: ``action=statusupdate&alert_id=…&status=RDR_DELETE``, with the id of the RDR
               alert it takes back)
chargeblast    Ethoca, CDRN, RDR, AMEX, Discover, JCB, TC40, TC15, SAFE, Cancel, Unknown (the subprovider)
The first type, and the first product of a type, is the default.
"""
