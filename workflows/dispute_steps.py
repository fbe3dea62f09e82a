"""Queue, timeouts and retries of every call of a dispute case: the second half of the table in `workflows.steps`."""

from datetime import timedelta

from activities.assessing import Assessing, AssessOrder
from activities.disputes import DisputeOrder, Disputes, OpenedDispute, ProtectOrder
from activities.evidence import AskOrder, Evidence, Gathered, SupplyOrder, SupplyReceipt
from activities.packets import BuildOrder, Packets, StageOrder, SubmitOrder, Submitted
from chargebacks.contracts import DOCUMENTS_QUEUE, NETWORKS_QUEUE, DisputeRequest
from chargebacks.dispute_case import PacketRef
from chargebacks.disputes import Dispute
from chargebacks.representment import Assessment
from chargebacks.results import DisputeResult
from workflows.steps import LocalStep, Step, on_stripe

OPEN_DISPUTE: LocalStep[DisputeRequest, OpenedDispute] = LocalStep(Disputes.open_dispute)
ASSESS: LocalStep[AssessOrder, Assessment] = LocalStep(Assessing.assess_dispute)
RECORD_RESULT: LocalStep[DisputeResult, None] = LocalStep(Disputes.record_result)

READ_DISPUTE: Step[DisputeOrder, Dispute] = on_stripe(Disputes.read_dispute, 60)
PROTECT: Step[ProtectOrder, Dispute] = on_stripe(Disputes.protect_dispute, 90)
ACCEPT: Step[DisputeOrder, Dispute] = on_stripe(Disputes.accept_dispute, 90)
GATHER: Step[DisputeOrder, Gathered] = on_stripe(Evidence.gather_from_stripe, 240)
STAGE: Step[StageOrder, Dispute] = on_stripe(Packets.stage_packet, 300)
SUBMIT: Step[SubmitOrder, Submitted] = on_stripe(Packets.submit_packet, 300)

ASK_ENDPOINT: Step[AskOrder, SupplyReceipt] = Step(
    activity=Evidence.ask_endpoint,
    queue=NETWORKS_QUEUE,
    attempt_timeout=timedelta(minutes=15),
    first_retry=timedelta(seconds=10),
    longest_retry=timedelta(hours=1),
    at_least=timedelta(minutes=10),
)
KEEP_SUPPLY: Step[SupplyOrder, SupplyReceipt] = Step(
    activity=Evidence.keep_supply,
    queue=NETWORKS_QUEUE,
    attempt_timeout=timedelta(minutes=15),
    first_retry=timedelta(seconds=10),
    longest_retry=timedelta(hours=1),
    at_least=timedelta(minutes=10),
)
BUILD: Step[BuildOrder, PacketRef] = Step(
    activity=Packets.build_packet,
    queue=DOCUMENTS_QUEUE,
    attempt_timeout=timedelta(minutes=5),
    first_retry=timedelta(seconds=5),
    longest_retry=timedelta(minutes=10),
    at_least=timedelta(minutes=20),
)
