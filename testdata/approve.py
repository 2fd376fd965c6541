"""A general XMPP client, made with slixmpp, that approves a deployment at an agent.

It looks for the command with a name, prints its form, a line each, and sends it.
"""
import asyncio
import os
import sys

import slixmpp
from slixmpp.exceptions import IqError


class Client(slixmpp.ClientXMPP):
    def __init__(self, env):
        super().__init__(env["JID"], env["PASSWORD"])
        for plugin in "xep_0004", "xep_0030", "xep_0050":
            self.register_plugin(plugin)
        self.ca_certs = env["CAFILE"]
        self.use_ipv6 = False
        self.agent, self.name = env["AGENT"], env["NAME"]
        self.failed = True
        self.full = asyncio.get_event_loop().create_future()
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("presence_available", self.came)

    def came(self, presence):
        if presence["from"].bare == self.agent and presence["from"].resource and not self.full.done():
            self.full.set_result(presence["from"].full)

    async def start(self, _event):
        try:
            await self.get_roster()
            self.send_presence()
            await asyncio.wait_for(self.work(), 60)
            self.failed = False
        except Exception as e:  # noqa: BLE001 - the test shows it
            print("error:", repr(e), flush=True)
        self.disconnect()

    async def work(self):
        agent = await self.full
        commands = await self["xep_0050"].get_commands(agent)
        for _jid, node, name in commands["disco_items"]["items"]:
            if name == "Approve or refuse " + self.name:
                break
        else:
            raise LookupError("no such command: " + str(commands))
        print(name)
        done = asyncio.get_running_loop().create_future()

        def error(iq, session):
            self["xep_0050"].terminate_command(session)
            done.set_exception(IqError(iq))

        def answered(iq, session):
            command = iq["command"]
            for note in command["notes"]:
                print(*note)
            if command["status"] == "completed":
                done.set_result(True)
                return
            form = command["form"]
            print(form["instructions"])
            for field in form.get_fields().values():
                print(field["label"], field.get_value(convert=False))
            form.reply()
            form.set_values({"decision": "approve", "reason": "agreed"})
            session["payload"] = form
            session["next"] = answered
            self["xep_0050"].complete_command(session)

        self["xep_0050"].start_command(jid=agent, node=node, session={"next": answered, "error": error})
        await done


def main():
    client = Client(os.environ)
    host, port = os.environ["SERVER"].split(":")
    client.connect((host, int(port)), use_ssl=True)
    client.loop.run_until_complete(asyncio.wait_for(client.disconnected, 90))
    sys.exit(client.failed)


main()
